"""``shopwright simulate NAME``: run a simulated provider until it is stopped."""

import importlib
import os
import signal
import sys
from pathlib import Path

import click

from runtime.settings import Environment, SettingError

PROVIDERS: dict[str, str] = {
    "alipay": "runtime.simulators.alipay.provider:Alipay",
    "aliyun-live": "runtime.simulators.live.aliyun:Aliyun",
    "paypal": "runtime.simulators.paypal.provider:PayPal",
    "robots": "runtime.simulators.robots.provider:Robots",
    "stripe": "runtime.simulators.stripe.provider:Stripe",
    "tencent-live": "runtime.simulators.live.tencent:Tencent",
    "wechatpay": "runtime.simulators.wechatpay.provider:WechatPay",
}
"""Where each provider is: a class that takes a stage."""


@click.command()
@click.argument("name", type=click.Choice(sorted(PROVIDERS)))
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0, unless given, takes a free one.")
@click.option(
    "--folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="Holds its keys and its books."
)
@click.option(
    "--speed", type=click.FloatRange(0.001, 100_000), default=1.0, help="Notices are repeated so much faster."
)
@click.option("--notify", default="", help="Where notices go, if the provider's console says it and not the charge.")
def simulate(name: str, port: int, folder: Path, speed: float, notify: str) -> None:
    """Run a simulated payment provider, or a network for live pictures, on this machine: no money moves."""
    if os.environ.get("SHOPWRIGHT_ENV") == Environment.PRODUCTION:
        raise SettingError("SHOPWRIGHT_ENV", "no-rehearsal")
    from runtime.simulators.process import Simulation
    from runtime.simulators.stage import Stage

    module, _, attribute = PROVIDERS[name].partition(":")
    try:
        provider = getattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError as error:
        raise click.ClickException(f"{name} needs {error.name}: pip install 'shopwright[{name}]'") from error
    simulation = Simulation(provider, Stage(folder, speed=speed, notify=notify), port)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: simulation.stop())
    click.echo(simulation.provider.settings())
    click.echo(f"{name} listens on {simulation.address}; control port: {folder / 'control.json'}")
    sys.stdout.flush()
    simulation.run()

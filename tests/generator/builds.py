"""Builds of the tiny shop in processes of their own, and a price that changes between them."""

from pathlib import Path

from forking import Program
from tiny_shop import product

BUILDER = Path(__file__).with_name("builder.py")


def start(folder, *options, before=""):
    return Program(BUILDER, before, folder, *options)


def finish(folder, *options, before=""):
    process = start(folder, *options, before=before)
    output, errors = process.communicate()
    return process.returncode, output, errors


def edit(folder, price):
    product(folder, "tea-1", "{zh-CN: 龙井 1, en: Longjing 1}", price)

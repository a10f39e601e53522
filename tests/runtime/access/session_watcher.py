"""Another process of the shop: tells for each key that it reads whether its session holds."""

import sys
from datetime import datetime
from pathlib import Path

from runtime import database, settings
from runtime.access import lodge, sessions

found = settings.read(Path(sys.argv[1]))
office = lodge.of(found, database.open(found))
for line in sys.stdin:
    key, moment = line.split()
    signed = sessions.find(office, key, datetime.fromisoformat(moment))
    print(signed.name if signed else "nobody", flush=True)

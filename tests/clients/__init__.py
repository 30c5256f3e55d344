"""The integrators' library in clients/python, which has no Django and is not installed here."""

import sys
from pathlib import Path

LIBRARY = Path(__file__).resolve().parents[2] / "clients" / "python"
if str(LIBRARY / "src") not in sys.path:
    sys.path.insert(0, str(LIBRARY / "src"))

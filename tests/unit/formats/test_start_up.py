"""Parsers are imported where requests are served, so what they need is imported when they run."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    "module", ["fordring.formats.ehf", "fordring.formats.ocr_giro", "fordring.formats.payment_file"]
)
def test_heavy_modules_are_not_imported_at_start_up(module):
    code = f"""
import sys, {module}
heavy = {{"defusedxml", "netsgiro", "attrs", "xml.etree.ElementTree", "pyexpat", "stdnum"}} & set(sys.modules)
sys.exit(", ".join(heavy) or None)
"""
    environment = {"PYTHONPATH": str(ROOT / "layers" / "common")}
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr.decode()

"""The agent imports the plan's data model; that must stay light."""

from __future__ import annotations

import subprocess
import sys


def test_the_data_model_needs_no_reader_of_scenarios():
    code = (
        "import sys, bachang.plan as plan\n"
        "plan.Plan, plan.loads, plan.digest\n"
        "print({'pydantic', 'ruamel.yaml', 'cel', 'passlib'} & set(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_resolving_needs_no_compiler_of_conditions():
    code = (
        "import sys\nfrom bachang.plan import resolve\nfrom bachang.scenario import load\n"
        "print('cel' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"

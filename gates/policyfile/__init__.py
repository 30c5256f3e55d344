"""Policy files: the gates of a deployment in YAML, read with all problems, written, compared."""

from gates.policyfile.problems import Problem
from gates.policyfile.read import PolicyFile, read
from gates.policyfile.written import diff, write

__all__ = ["PolicyFile", "Problem", "diff", "read", "write"]

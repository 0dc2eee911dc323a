import platform
import subprocess

import numpy as np
import torch

from opnp.reports.versions import commit, versions


def test_names_what_runs():
    said = versions()
    assert said["torch"] == torch.__version__
    assert said["numpy"] == np.__version__
    assert said["python"] == platform.python_version()
    assert all(isinstance(value, str) for name, value in said.items() if name != "commit")


def test_commit_of_a_clone_says_when_files_were_changed(tmp_path, monkeypatch):
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
        monkeypatch.setenv(name, "somebody")

    def git(*words):
        done = subprocess.run(
            ["git", "-C", str(tmp_path), *words], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    assert commit(tmp_path) is None
    git("init", "-q")
    assert commit(tmp_path) is None  # no commit yet
    (tmp_path / "file").write_text("one")
    git("add", "file")
    git("commit", "-q", "-m", "one")
    assert commit(tmp_path) == git("rev-parse", "HEAD")
    (tmp_path / "file").write_text("two")
    assert commit(tmp_path) == f"{git('rev-parse', 'HEAD')}-dirty"


def test_a_package_inside_somebody_elses_clone_has_no_commit(tmp_path):
    subprocess.run(["git", "-C", str(tmp_path), "init", "-q"], check=True)
    inside = tmp_path / "site-packages"
    inside.mkdir()
    assert commit(inside) is None


def test_without_git(monkeypatch, tmp_path):
    monkeypatch.setattr("opnp.reports.versions.shutil.which", lambda _: None)
    (tmp_path / ".git").mkdir()
    assert commit(tmp_path) is None

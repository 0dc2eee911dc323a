"""What `mkdocs.yml` asks beside its plugins: notebooks that run quietly, and pages that fetch nothing."""

import os
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from plotly.offline import get_plotlyjs

SCRIPT = "assets/plotly.min.js"
_PLOTLY = re.compile(r'<script[^>]*\ssrc="https://cdn\.plot\.ly/[^"]*"[^>]*></script>')
_REMOTE = re.compile(r'<script[^>]*\ssrc="https?://[^"]*"[^>]*></script>')
_SOURCE = re.compile(r'href="((?:\.\./)*[\w/-]+)\.md(?=["#])')
_KERNEL = TemporaryDirectory(prefix="opnp-docs-")


def on_startup(command: str, dirty: bool) -> None:  # noqa: ARG001 - the arguments are mkdocs'
    """Let plotly write figures that name their script instead of holding it, and kernels say errors alone.

    A folder of its own also keeps out what the IPython of whoever builds starts with.
    """
    os.environ["PLOTLY_RENDERER"] = "sphinx_gallery"
    os.environ["IPYTHONDIR"] = _KERNEL.name
    profile = Path(_KERNEL.name) / "profile_default"
    profile.mkdir(exist_ok=True)
    (profile / "ipython_kernel_config.py").write_text("c.IPKernelApp.log_level = 'ERROR'\n", encoding="utf-8")


def on_post_page(output: str, page: Any, config: Any) -> str:  # noqa: ANN401, ARG001
    """Point a page's figures to the script of this site, and leave out every other that lies elsewhere.

    Links of notebooks to pages are to their sources, as a repository shows them; here they become pages.
    """
    up = "../" * page.url.count("/")
    local = _REMOTE.sub("", _PLOTLY.sub(f'<script src="{up}{SCRIPT}"></script>', output))
    return _SOURCE.sub(r'href="\1.html', local)


def on_post_build(config: Any) -> None:  # noqa: ANN401
    """Write plotly's script beside the pages."""
    script = Path(config["site_dir"]) / SCRIPT
    script.parent.mkdir(exist_ok=True)
    script.write_text(get_plotlyjs(), encoding="utf-8")

"""The site of the documentation: these pages, and the docstrings of the package. `make docs` builds it."""

from importlib.metadata import version as version_of

project = "siting"
version = release = version_of("siting")
copyright = "the authors of siting"
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
suppress_warnings = ["ref.python"]  # dimensions such as n_cells are words, not references to one attribute
exclude_patterns = ["_build"]

html_theme = "furo"
html_title = "siting"
html_show_sourcelink = False
html_copy_source = False

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # docstrings give shapes, dtypes and units, which annotations cannot
autodoc_default_options = {"members": True}
napoleon_google_docstring = False
napoleon_use_ivar = True  # attributes of frozen values are told once, in the docstring of their class

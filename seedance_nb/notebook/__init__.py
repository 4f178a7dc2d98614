"""IPython and ipywidgets, and nowhere else: magics, panels and what a notebook shows."""

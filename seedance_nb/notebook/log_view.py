"""The request log as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seedance_nb.core.texts import say
from seedance_nb.notebook import cells, stage
from seedance_nb.notebook.tables import table_html, table_text
from seedance_nb.runs import log_rows

if TYPE_CHECKING:
    from seedance_nb.runs.log import RequestLog


def show(log: RequestLog) -> None:
    """Display the log in the running cell; columns that say nothing are left out."""
    rows = log.to_rows()
    if not rows:
        stage.print_line(say("log.empty", home=log.home))
        return
    filled = [index for index in range(len(rows[0])) if any(row[index] for row in rows)]
    names = log_rows.head()
    head = [names[index] for index in filled]
    rows = [[row[index] for index in filled] for row in rows]
    stage.present(table_html(head, rows), table_text(head, rows), cells.current_shell())

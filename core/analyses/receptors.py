"""Which genes of an expression table an analysis takes: "all" RTKs, or a list of any genes.

Not for: resolving the names in a file; that happened at import.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.data.genes.gene_symbols import resolve_genes
from core.data.nearest_name import nearest
from core.data.reference import rtk_symbols
from core.data.tables import ExpressionMatrix
from core.problems import Problem, user_error, warning


def choose_receptors(matrix: ExpressionMatrix,
                     wanted: str | Sequence[str]) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """Genes of the table for ``wanted``, in the order asked for, with warnings for those it lacks.

    "all" is every one of the 58 RTKs found in the table, ERBB2 included. A listed name is matched without regard
    to case, then by its approved symbol ("HER2" finds ERBB2).

    Raises
    ------
    UserError
        "no_receptors" when none is found.
    """
    in_table = {gene.upper(): gene for gene in matrix.genes}
    if isinstance(wanted, str):
        found = tuple(in_table[symbol] for symbol in rtk_symbols() if symbol in in_table)
        if not found:
            raise user_error("no_receptors", "none of the 58 RTKs is in this expression table", matrix.place,
                             why="The analysis compares receptors.",
                             remedy="check that the gene column was read as gene names, or list genes of the table "
                             "with the parameter receptors", answer_key="receptors")
        return found, ()
    chosen: dict[str, str] = {}
    warnings: list[Problem] = []
    for name, call in zip(wanted, resolve_genes(wanted) if wanted else ()):
        gene = in_table.get(name.upper()) or in_table.get(call.symbol.upper())
        if gene is None:
            close = nearest(name, matrix.genes)
            warnings.append(warning("receptor_not_in_table", f"the expression table has no gene “{name}”", matrix.place,
                                    why="It is not in the results.",
                                    remedy=f"did you mean “{close}”?" if close else "take it out of receptors",
                                    answer_key="receptors"))
        elif gene in chosen:
            warnings.append(warning("receptor_named_twice", f"“{name}” and “{chosen[gene]}” are one gene; it is "
                                    "analysed once", matrix.place, remedy="name it once", answer_key="receptors"))
        else:
            chosen[gene] = name
    if not chosen:
        raise user_error("no_receptors", "none of the listed receptors is in the expression table"
                         + (f" ({', '.join(wanted)})" if wanted else ""), matrix.place,
                         remedy='list genes of the table, or write receptors = "all"', answer_key="receptors")
    return tuple(chosen), tuple(warnings)

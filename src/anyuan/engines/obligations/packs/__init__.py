"""Policy packs: a year's work points as data. `spec` shapes, `load` reads, `check` names mistakes,
`diff` compares. Pure Python: nothing here knows Django or a database."""

"""A pack's graph in Microsoft Fabric: tables, graph model, ontology."""

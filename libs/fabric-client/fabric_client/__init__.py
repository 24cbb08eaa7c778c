"""Microsoft Fabric as its REST documentation describes it; knows no scenario."""

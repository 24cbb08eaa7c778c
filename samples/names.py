"""The names of Harrowmere, a city that does not exist."""

DISTRICTS = {
    # the four inner districts, clockwise from the north-east; each holds a core site
    "OQ": ("Old Quay", "Tannery Lane", "Harbour Street", "Ropewalk", "Customs House Square"),
    "CH": ("Castle Hill", "Keep Road", "Barbican Street", "Minster Yard", "Postern Gate"),
    "MG": ("Millgate", "Weir Street", "Corn Exchange Row", "Grist Lane", "Leat Road"),
    "NG": ("Northgate", "Toll Bar Road", "Drovers Street", "Hopmarket", "Chandlers Row"),
    # three outer districts between each inner one and the next
    "FD": ("Fishdock", "Smokehouse Lane", "Trawler Road", "Net Loft Street", "Ice House Way"),
    "SM": ("Saltmarsh", "Sluice Road", "Samphire Street", "Curlew Drive", "Pumping Station Lane"),
    "LP": ("Lighthouse Point", "Beacon Road", "Foghorn Lane", "Keeper Street", "Shingle Way"),
    "SW": ("Southwater", "Reservoir Road", "Heron Street", "Osier Lane", "Boathouse Row"),
    "AP": ("Abbey Park", "Cloister Road", "Almoner Street", "Prior Lane", "Dovecote Avenue"),
    "TF": ("Tilefields", "Claypit Road", "Potters Street", "Ridge Tile Way", "Brickmaker Lane"),
    "WM": ("Westmoor", "Heather Road", "Peat Cutters Lane", "Lapwing Street", "Bracken Close"),
    "FR": ("Foundry Row", "Bessemer Road", "Crucible Street", "Pattern Shop Lane", "Slag Bank Way"),
    "RM": ("Rushmere", "Sedge Road", "Bulrush Street", "Mere View", "Thatchers Lane"),
    "LF": ("Larkfield", "Skylark Road", "Furlong Street", "Headland Way", "Gleaners Lane"),
    "UH": ("University Heights", "Observatory Road", "Provost Street", "Quad Lane", "Bursary Way"),
    "KE": ("Kiln End", "Limeburner Road", "Bottle Oven Street", "Cooper Lane", "Firebrick Way"),
}
INNER = ("OQ", "CH", "MG", "NG")
RINGS = (("FD", "SM", "LP"), ("SW", "AP", "TF"), ("WM", "FR", "RM"), ("LF", "UH", "KE"))

CUSTOMERS = {
    # name: (sector, tier of its services)
    "Harrowmere General Hospital": ("health", "gold"),
    "Harrowmere Port Control": ("port", "gold"),
    "County Ambulance Control": ("emergency", "gold"),
    "City Fire and Rescue": ("emergency", "gold"),
    "Tern Mobile": ("mobile operator", "gold"),
    "Polestar Mobile": ("mobile operator", "gold"),
    "Eastern Air Navigation": ("transport", "gold"),
    "Harrowmere Water": ("utility", "gold"),
    "Lindmoor Power Networks": ("utility", "gold"),
    "Abbey Clinic": ("health", "gold"),
    "University of Harrowmere": ("education", "silver"),
    "Northgate College": ("education", "silver"),
    "City Council": ("public", "silver"),
    "Magistrates' Court": ("public", "silver"),
    "Central Library": ("public", "silver"),
    "Quayside Bank": ("finance", "silver"),
    "Mutual of Lindmoor": ("finance", "silver"),
    "Bessemer Castings": ("industry", "silver"),
    "Fishdock Cold Storage": ("industry", "silver"),
    "Samphire Foods": ("industry", "silver"),
    "Kiln End Ceramics": ("industry", "silver"),
    "Curlew Wind Services": ("energy", "silver"),
    "Beacon Hotel": ("hospitality", "silver"),
    "Harbour Street Hotel": ("hospitality", "silver"),
    "Castle Hill Theatre": ("culture", "silver"),
    "Harrowmere Evening Post": ("media", "silver"),
    "Radio Lindmoor": ("media", "silver"),
    "Merchant Data Centre": ("hosting", "silver"),
    "Corn Exchange Offices": ("offices", "silver"),
    "Drovers Retail Park": ("retail", "silver"),
    "Tilefields Surgery": ("health", "silver"),
    "Rushmere School": ("education", "silver"),
    "Larkfield School": ("education", "silver"),
    "Southwater Marina": ("hospitality", "silver"),
    "Fishdock Estate": ("residential", "bronze"),
    "Saltmarsh Estate": ("residential", "bronze"),
    "Lighthouse Point Homes": ("residential", "bronze"),
    "Southwater Village": ("residential", "bronze"),
    "Abbey Park Gardens": ("residential", "bronze"),
    "Tilefields Estate": ("residential", "bronze"),
    "Westmoor Rise": ("residential", "bronze"),
    "Foundry Row Lofts": ("residential", "bronze"),
    "Rushmere Green": ("residential", "bronze"),
    "Larkfield Estate": ("residential", "bronze"),
    "University Halls": ("residential", "bronze"),
    "Kiln End Terraces": ("residential", "bronze"),
    "Old Quay Apartments": ("residential", "bronze"),
    "Castle Hill Mews": ("residential", "bronze"),
    "Millgate Wharf": ("residential", "bronze"),
    "Northgate Court": ("residential", "bronze"),
}

DEPOTS = {
    # name: (district, the rings and inner districts it looks after)
    "Eastern Depot": ("FD", ("OQ", "CH", *RINGS[0])),
    "Southern Depot": ("TF", ("MG", *RINGS[1])),
    "North-western Depot": ("RM", ("NG", *RINGS[2], *RINGS[3])),
}
TECHNICIANS = (
    # name, skill, depot, on call on the day of the fault
    ("Amina Yusuf", "fibre splicing", "Eastern Depot", True),
    ("Tom Hallworth", "fibre splicing", "Eastern Depot", False),
    ("Greta Lindqvist", "civil works", "Eastern Depot", True),
    ("Ravi Menon", "transmission", "Eastern Depot", True),
    ("Carys Pugh", "fibre splicing", "Southern Depot", True),
    ("Daniel Okafor", "transmission", "Southern Depot", False),
    ("Ewa Nowak", "power and cooling", "Southern Depot", True),
    ("Hugh Barrow", "fibre splicing", "North-western Depot", True),
    ("Leila Haddad", "transmission", "North-western Depot", True),
    ("Sam Whitlock", "civil works", "North-western Depot", False),
)

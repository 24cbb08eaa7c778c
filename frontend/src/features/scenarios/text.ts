/** What the list of scenarios says. */
export const TEXT = {
  subject: 'Scenarios',
  find: 'Find a scenario',
  sort: 'Sort by',
  newest: 'Newest first',
  byName: 'Name',
  backend: 'Backend',
  anyBackend: 'All backends',
  addScenario: 'Add scenario',
  loadSample: 'Load the sample',
  loadingSample: 'Sending the sample…',
  empty: 'No scenario yet. Drop a pack anywhere on this page, or load the sample.',
  emptyPack: 'A pack is built from a folder like this:',
  noMatch: 'No scenario matches',
  noMatchBody: 'Other words may find it.',
  clear: 'Show all',
  failed: 'The scenarios could not be read',
  sampleFailed: 'The sample was not sent',
  open: 'Open',
  loadAgain: 'Load again…',
  copyName: 'Copy name',
  delete: 'Delete…',
  loaded: 'Loaded',
  saved: 'Saved',
  nothingLoaded: 'Nothing is loaded',
  asOf: (time: string) => `This is the state of ${time}.`,
  menuOf: (name: string) => `More for ${name}`,
  copied: (name: string) => `Copied ${name}.`,
  deleted: (name: string) => `Deleted ${name}.`,
  deleteTitle: (name: string) => `Delete ${name}?`,
  deletes: (what: string, where: string) => `Deletes ${what} from ${where}. This can't be undone.`,
  deletesRecord: 'Deletes the record of the scenario; no data is loaded.',
  stays: 'On Microsoft Fabric nothing is deleted: its tables and items stay in the workspace.',
  typeName: (name: string) => `Type ${name} to confirm`,
  deleteFailed: 'It was not deleted',
  cancel: 'Cancel',
  confirmDelete: 'Delete',
  deleting: 'Deleting…',
} as const;

export const PACK = `my-scenario/
├─ scenario.yaml        name, texts, agents
├─ graph_schema.yaml    vertices and edges
└─ data/
   ├─ entities/*.csv
   ├─ telemetry/*.csv
   ├─ knowledge/runbooks/*.md
   ├─ knowledge/tickets/*.txt
   └─ prompts/*.md`;

export const BUILD = 'scenario-pack build my-scenario';

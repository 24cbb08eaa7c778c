/** What the shell says. */
export const TEXT = {
  skip: 'Skip to the main part',
  drop: 'Drop the pack to add a scenario',
  submitted: 'Upload complete. It is loading in the background; you can close this page.',
  product: 'Scenario Loader',
  scenarios: 'Scenarios',
  connections: 'Connections',
  settings: 'Settings',
  practice: 'Practice mode',
  practiceBar: 'Practice mode: this is a stand-in for Microsoft Fabric on this machine.',
  add: 'Add',
  addLong: 'Add scenario',
  jobs: 'Jobs',
  more: 'More',
  theme: 'Theme',
  keys: 'Keys',
  keysOff: 'Settings has a switch that turns single letters off.',
  notFound: 'Nothing is at this address',
  notFoundBody: 'It may have been deleted, or the address is not complete.',
} as const;

export const KEYS = [
  { key: 'a', meaning: 'Add a scenario' },
  { key: 'j', meaning: 'Show the jobs' },
  { key: '/', meaning: 'Search on this page' },
  { key: '?', meaning: 'Show this list' },
  { key: 'Esc', meaning: 'Close what is on top' },
] as const;

/** All words about connected workspaces. */
import type { CheckedFact } from '@/api/fabric';

export const TEXT = {
  subject: 'Connections',
  intro:
    'Workspaces of Microsoft Fabric that scenarios can be loaded into. New scenarios go to the active one.',
  list: 'Active workspace',
  loading: 'Reading the connections',
  failed: 'The connections could not be read',
  off: 'Microsoft Fabric is switched off here',
  empty: 'No workspace is connected yet',
  emptyBody: 'Connect one below; it becomes the active one.',

  active: 'active',
  workspace: (name: string, lakehouse: string) => `Workspace “${name}”, lakehouse “${lakehouse}”`,
  checked: 'Checked',
  facts: (count: number) => `All ${count} facts`,
  checkAgain: 'Check again',
  of: (action: string, name: string) => `${action}: ${name}`,
  delete: 'Delete',

  add: 'Connect a workspace',
  address: 'Workspace',
  addressHint: 'Its GUID, or the address of its page in Fabric’s portal.',
  addressMissing: 'Say which workspace.',
  name: 'Name (optional)',
  nameHint: 'For people; the workspace’s own if empty.',
  lakehouse: 'Lakehouse (optional)',
  lakehouseHint: 'Where tables go: “lakehouse” if empty. Made by the first load.',
  lakehouseWrong: 'Begin with a letter; then letters, digits and _, at most 123 signs.',
  check: 'Check',
  checking: 'Checking…',
  save: 'Save',
  saving: 'Saving…',
  checkFirst: 'Check it first.',
  result: 'What the check found',
  usable: (name: string) => `“${name}” can be connected.`,
  usableWithCare: (name: string) =>
    `“${name}” can be connected, but not everything is right there yet.`,
  notUsable: 'It can’t be connected.',
  notChecked: 'The check did not work',
  notSaved: 'It was not saved',
  notSelected: 'It was not made the active one',
  notCheckedAgain: 'It was not checked',
  notDeleted: 'It was not deleted',

  askDelete: (name: string) => `Delete the connection “${name}”?`,
  askDeleteBody:
    'Nothing in Fabric changes. Scenarios that are there can still be queried, and jobs that were given this workspace go on.',
  askDeleteActive:
    'It is the active one: until another is selected, nothing new can be loaded into Microsoft Fabric.',
  yesDelete: 'Delete connection',
  noDelete: 'Keep it',

  saidActive: (name: string) => `${name} is the active workspace.`,
  saidSaved: (name: string) => `${name} is connected.`,
  saidDeleted: (name: string) => `Connection ${name} deleted.`,
  saidChecked: (name: string, words: string) => `${name} checked. ${words}`.trim(),
  saidOther: (name: string) =>
    `Somebody else selected ${name} meanwhile: it is the active workspace.`,
} as const;

export const FACTS: Record<CheckedFact['fact'], string> = {
  identity: 'Identity',
  workspace: 'Workspace',
  capacity: 'Capacity',
  role: 'Role',
  lakehouse: 'Lakehouse',
  graph: 'Graph models',
  ontology: 'Ontologies',
};

export const MARKS: Record<CheckedFact['mark'], string> = {
  ok: 'Fine',
  warning: 'Look at this',
  failed: 'Not right',
  unknown: 'Not known',
};

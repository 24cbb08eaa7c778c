/** What the settings say. */
export const TEXT = {
  subject: 'Settings',
  theme: 'Theme',
  themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
  keys: 'Keys',
  keysOn: 'Single letters act as shortcuts (press ? for the list)',
  parts: 'Services',
  service: 'Service',
  version: 'Version',
  state: 'State',
  ready: 'Ready',
  asking: 'Asking…',
  unknown: 'Unknown',
  api: 'Upload jobs (api)',
  query: 'Scenarios and queries (graph-query-api)',
  interfaces: 'Interfaces',
  refresh: 'Check again',
} as const;

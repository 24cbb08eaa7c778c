import { expect, test } from 'vitest';

import { portalPlace } from './portal';

const STORE = {
  workspace_id: 'w',
  workspace_name: 'Demo',
  lakehouse_name: 'lakehouse',
  location: 'Demo/lakehouse',
  links: {
    graph: 'https://app.fabric.microsoft.com/groups/w/graphs/g',
    workspace: 'https://app.fabric.microsoft.com/groups/w',
  },
};

test('links are told in one order, with words', () => {
  expect(portalPlace(STORE)).toEqual({
    location: 'Demo/lakehouse',
    links: [
      ['Workspace', 'https://app.fabric.microsoft.com/groups/w'],
      ['Graph model', 'https://app.fabric.microsoft.com/groups/w/graphs/g'],
    ],
  });
});

test('what is no address of a page is no link', () => {
  const links = { workspace: 'javascript:alert(1)', graph: 7 };
  expect(portalPlace({ ...STORE, links })?.links).toEqual([]);
  expect(portalPlace({ ...STORE, links: {} })?.links).toEqual([]);
  expect(portalPlace({ ...STORE, location: null })?.location).toBe('Demo/lakehouse');
});

test('other stores are not in Fabric', () => {
  expect(portalPlace({ location: 'graph.lbug' })).toBeNull();
  expect(portalPlace(null)).toBeNull();
});

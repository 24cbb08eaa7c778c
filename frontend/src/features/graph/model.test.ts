import { expect, test } from 'vitest';

import { byEdgeLabel, find, modelOf, nameOf } from './model';

const AUS = { id: 'Airport:AUS', label: 'Airport', properties: { City: 'Austin' } };
const DFW = { id: 'Airport:DFW', label: 'Airport', properties: { Name: 'Dallas', City: 'Dallas' } };
const US = { id: 'Country:US', label: 'Country', properties: { Name: 'United States' } };
const edge = (id: string, source: string, target: string, label: string) => ({
  id, source, target, label, properties: {},
}); // prettier-ignore

const model = modelOf({
  nodes: [AUS, DFW, US],
  edges: [
    edge('1', AUS.id, DFW.id, 'route'),
    edge('2', DFW.id, AUS.id, 'route'),
    edge('3', US.id, AUS.id, 'contains'),
    edge('4', AUS.id, AUS.id, 'route'),
  ],
  meta: { vertices: {}, edges: {}, returned: { vertices: 3, edges: 4 }, truncated: false },
});

test('a vertex is called by its name, else by its id', () => {
  expect(nameOf(AUS)).toBe('AUS');
  expect(nameOf(DFW)).toBe('Dallas');
});

test('neighbours are grouped by edge, a loop counts once', () => {
  const groups = byEdgeLabel(model.neighbours.get(AUS.id) ?? []);
  expect(groups.map(([label, all]) => [label, all.length])).toEqual([
    ['route', 3],
    ['contains', 1],
  ]);
});

test('names are found before other properties', () => {
  expect(find(model.vertices, 'aus')).toEqual([AUS]);
  expect(find(model.vertices, 'dall')).toEqual([DFW]);
  expect(find(model.vertices, 'austin')).toEqual([AUS]);
  expect(find(model.vertices, 'united states')).toEqual([US]);
  expect(find(model.vertices, ' ')).toEqual([]);
});

const called = (Name: string, id = Name) => ({ id: `S:${id}`, label: 'S', properties: { Name } });

test('the nearest is found first: the whole name, its beginning, a word of it, the id', () => {
  const [id, word, begins, whole] = [
    called('Core', 'hill'),
    called('Castle Hill'),
    called('Hill Top'),
    called('Hill'),
  ];
  expect(find([id, word, begins, whole], 'hill')).toEqual([whole, begins, word, id]);
});

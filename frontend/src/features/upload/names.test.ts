import { expect, test } from 'vitest';

import { cleanPath, isIgnored, nameFault, slotOfTarball, stemOfTarball } from './memberNames';
import { nameProblem, proposedName } from './scenarioName';

test.each([
  ['Telco_NOC', 'telco-noc'],
  ['TELCO-INDIA', 'telco-india'],
  ['İzmir_2', 'izmir-2'],
  ['ığdır', 'igdir'],
  ['Zürich & Straße', 'zurich-strasse'],
  ['  a--b__c  ', 'a-b-c'],
  ['plant-topology', 'plant'],
  ['plant-tickets-prompts', 'plant'],
  ['東京', ''],
  ['x', ''],
  ['a'.repeat(60), 'a'.repeat(50)],
  ['ok-name', 'ok-name'],
])('%s is proposed as %s', (written, proposed) => {
  expect(proposedName(written)).toBe(proposed);
  if (proposed) expect(nameProblem(proposed)).toBeNull();
});

test.each([
  ['', 'Give the scenario a name.'],
  ['Telco', 'Only a–z, 0–9 and -, not capitals (T).'],
  ['a b', 'Only a–z, 0–9 and -, not a space.'],
  ['a_b', 'Only a–z, 0–9 and -, not “_”.'],
  ['a', 'At least 2 signs.'],
  ['a'.repeat(51), 'At most 50 signs; it has 51.'],
  ['-ab', 'It must begin with a letter or digit.'],
  ['a--b', 'No -- in it.'],
  ['ab-', 'It must end with a letter or digit.'],
  ['a-topology', 'It can’t end in -topology: that names a part of a scenario.'],
])('%s: %s', (name, words) => expect(nameProblem(name)).toBe(words));

test.each(['ab', '0a', 'a-b', 'a'.repeat(50), 'topology'])('%s is legal', (name) => {
  expect(nameProblem(name)).toBeNull();
});

test('what macOS and others leave behind is ignored', () => {
  const litter = ['._a.csv', 'x/.DS_Store', '__MACOSX/x/a.csv', 'a/PaxHeaders.1/b', 'Thumbs.db'];
  expect(litter.every(isIgnored)).toBe(true);
  expect(['a.csv', '.hidden', 'a/DS_Store'].some(isIgnored)).toBe(false);
});

test('names the server will not take', () => {
  const bad = ['a\\b.csv', 'C:/a.csv', '/etc/a.csv', 'a/../../b.csv', 'a\nb.csv'];
  expect(bad.map((name) => nameFault(name) !== null)).toEqual(bad.map(() => true));
  expect(nameFault('./a/b c.csv')).toBeNull();
});

test('paths of a manifest', () => {
  expect(cleanPath('./data//entities/a.csv')).toBe('data/entities/a.csv');
  expect(cleanPath('data/entities/../a.csv')).toBe('data/a.csv');
  expect(cleanPath('../a.csv')).toBeNull();
  expect(cleanPath('/a.csv')).toBeNull();
});

test('the slot and the scenario of a tarball’s name', () => {
  expect(slotOfTarball('hello-graph.tar.gz')).toBe('graph');
  expect(slotOfTarball('A-B-Runbooks.TGZ')).toBe('runbooks');
  expect(slotOfTarball('graph.tar.gz')).toBeNull();
  expect(stemOfTarball('hello-world-graph.tgz')).toBe('hello-world');
  expect(stemOfTarball('runbooks.tgz')).toBe('');
});

import { expect, test } from 'vitest';

import type { CheckedFact, ConnectionCheck } from '@/api/fabric';

import { notable, verdict } from './verdicts';
import { faultsOf, NOTHING_TYPED, wantedOf } from './wanted';

const fact = (fact: CheckedFact['fact'], mark: CheckedFact['mark']): CheckedFact => ({
  fact,
  mark,
  detail: '',
});
const check = (usable: boolean, facts: CheckedFact[]): ConnectionCheck => ({
  usable,
  workspace_id: 'w',
  workspace_name: usable ? 'Demo' : null,
  facts,
});
const FACTS = [
  fact('workspace', 'ok'),
  fact('capacity', 'unknown'),
  fact('role', 'failed'),
  fact('ontology', 'warning'),
];

test('a row tells the capacity, and what is not right', () => {
  expect(notable(FACTS).map((each) => each.fact)).toEqual(['capacity', 'role', 'ontology']);
});

test('the verdict is one sentence', () => {
  expect(verdict(check(true, [fact('capacity', 'ok')]))).toBe('“Demo” can be connected.');
  expect(verdict(check(true, FACTS))).toContain('not everything is right there yet');
  expect(verdict(check(false, [fact('workspace', 'failed')]))).toBe('It can’t be connected.');
});

test('the lakehouse is “lakehouse” where nothing is said', () => {
  const typed = { ...NOTHING_TYPED, address: ' w ' };
  expect(wantedOf(typed)).toEqual({ workspace_id: 'w', lakehouse_name: 'lakehouse' });
  expect(faultsOf(typed)).toEqual({});
});

test.each(['2nd', 'a b', 'a-b', 'ä', 'a'.repeat(124)])('no lakehouse is called %s', (lakehouse) => {
  expect(Object.keys(faultsOf({ ...NOTHING_TYPED, lakehouse }))).toEqual(['address', 'lakehouse']);
});

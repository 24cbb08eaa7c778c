import { expect, test } from 'vitest';

import { labelStyles } from './labelStyles';

test('the pack decides, within reason', () => {
  const drawn = labelStyles(['A', 'B'], {
    node_types: { A: { color: '#64748B', size: 1000 }, B: { color: 'url(x)', size: 'big' } },
  });
  expect(drawn.get('A')).toEqual({ colour: '#64748B', size: 14 });
  expect(drawn.get('B')?.colour).toMatch(/^#/);
});

test('a label keeps its colour whatever the order', () => {
  expect(labelStyles(['A', 'B', 'C'], {})).toEqual(labelStyles(['C', 'A', 'B'], {}));
});

// @vitest-environment jsdom
import { expect, test } from 'vitest';

import { toSafeHtml } from './markdown';

test.each([
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '[a](javascript:alert(1))',
  '<a href="data:text/html,x">a</a>',
  '<style>body { display: none }</style>',
  '<form action="//x"><input name="q"></form>',
  '<iframe src="//x"></iframe>',
  '<svg onload=alert(1)></svg>',
])('%s does nothing', (markdown) => {
  expect(toSafeHtml(markdown, '')).not.toMatch(
    /script|onerror|onload|style|form|iframe|href|alert\(1\)>/,
  );
});

test('headings stand below those of the page, and the title is not said twice', () => {
  const html = toSafeHtml('# Restart\n\n## Steps\n\n1. Wait', 'Restart');
  expect(html).not.toContain('Restart');
  expect(html).toContain('<h4>Steps</h4>');
  expect(html).toContain('<li>Wait</li>');
});

test('links lead out in another tab', () => {
  const html = toSafeHtml('[a](https://example.org) [b](other.md)', '');
  expect(html).toContain('target="_blank"');
  expect(html).toContain('noopener');
  expect(html).not.toContain('other.md');
});

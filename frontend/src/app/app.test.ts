// @vitest-environment jsdom
import { expect, test } from 'vitest';

import { problemOf, ProblemError } from '@/api/problem';

import { shouldRetry } from './queryClient';
import { tolerateTranslators } from './translators';

const refused = (status: number) => new ProblemError(problemOf({}, status, null));

test('only what may pass is tried again, and not for ever', () => {
  expect(shouldRetry(0, refused(404))).toBe(false);
  expect(shouldRetry(0, refused(502))).toBe(true);
  expect(shouldRetry(0, new TypeError('Failed to fetch'))).toBe(true);
  expect(shouldRetry(2, refused(502))).toBe(false);
});

test('a text that a translator has replaced can be removed and stood before', () => {
  tolerateTranslators();
  const [parent, text, font] = [
    document.createElement('p'),
    document.createTextNode('words'),
    document.createElement('font'),
  ];
  parent.append(text);
  text.replaceWith(font);
  expect(parent.removeChild(text)).toBe(text);
  parent.insertBefore(document.createElement('b'), text);
  expect(parent.innerHTML).toBe('<font></font><b></b>');
});

import DOMPurify from 'dompurify';
import { Marked } from 'marked';

const HIGHEST = 3; // below the page's and the reader's own headings

const marked = new Marked({
  walkTokens(token) {
    if (token.type === 'heading') token.depth = Math.min(6, token.depth + HIGHEST - 1);
  },
});

const purify = DOMPurify();
purify.addHook('afterSanitizeAttributes', (element) => {
  const address = element.getAttribute('href');
  if (address === null || address.startsWith('#')) return;
  if (/^https?:/i.test(address)) {
    element.setAttribute('target', '_blank');
    element.setAttribute('rel', 'noopener noreferrer');
  } else {
    element.removeAttribute('href'); // a file of the pack, which has no address here
  }
});

/** Markdown as HTML that runs nothing and loads nothing from elsewhere but pictures as data.
 *
 * A first heading that only repeats `title` is left out.
 */
export function toSafeHtml(markdown: string, title: string): string {
  const [first = '', ...rest] = markdown.trimStart().split('\n');
  const repeats = first.replace(/^#\s+/, '').trim() === title && first.startsWith('#');
  const html = marked.parse(repeats ? rest.join('\n') : markdown, { async: false });
  return purify.sanitize(html, {
    USE_PROFILES: { html: true },
    FORBID_TAGS: ['style', 'form', 'input', 'button', 'textarea', 'select', 'iframe'],
    FORBID_ATTR: ['style', 'id', 'name', 'class'],
  });
}

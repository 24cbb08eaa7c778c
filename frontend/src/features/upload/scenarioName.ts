/** What a scenario may be called: the server's rules, in words. */

export const RESERVED_ENDINGS = ['-topology', '-telemetry', '-prompts', '-runbooks', '-tickets'];
const MOST = 50;

// letters that no Unicode form takes apart into a plain one and a mark
const PLAIN: Record<string, string> = {
  ı: 'i',
  ß: 'ss',
  ø: 'o',
  æ: 'ae',
  œ: 'oe',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
};

/** What is wrong with a name, in words; null for a legal one. */
export function nameProblem(name: string): string | null {
  if (name === '') return 'Give the scenario a name.';
  const sign = [...name].find((each) => !/[a-z0-9-]/.test(each));
  if (sign !== undefined) return `Only a–z, 0–9 and -, not ${inWords(sign)}.`;
  if (name.length < 2) return 'At least 2 signs.';
  if (name.length > MOST) return `At most ${MOST} signs; it has ${name.length}.`;
  if (name.startsWith('-')) return 'It must begin with a letter or digit.';
  if (name.includes('--')) return 'No -- in it.';
  if (name.endsWith('-')) return 'It must end with a letter or digit.';
  const ending = RESERVED_ENDINGS.find((each) => name.endsWith(each));
  if (ending) return `It can’t end in ${ending}: that names a part of a scenario.`;
  return null;
}

function inWords(sign: string): string {
  if (/\s/.test(sign)) return 'a space';
  if (/[A-Z]/.test(sign)) return `capitals (${sign})`;
  return `“${sign}”`;
}

/** The nearest legal name, or '' if nothing of it can stay. The same in every locale. */
export function proposedName(written: string): string {
  let name = written
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[ıßøæœłđðþ]/g, (letter) => PLAIN[letter] ?? '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, MOST);
  for (let before = ''; before !== name;) {
    before = name;
    name = name.replace(/-$/, '');
    for (const ending of RESERVED_ENDINGS) {
      if (name.endsWith(ending)) name = name.slice(0, -ending.length);
    }
  }
  return name.length < 2 ? '' : name;
}

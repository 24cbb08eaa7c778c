// @vitest-environment node
import { expect, test } from 'vitest';

import { judge } from './judge';
import { packFolder } from './packFolder';
import { peek } from './peek';
import { tarStream } from './tarWriter';
import { JUDGE, PEEK } from './text';

const MANIFEST = `name: Telco_NOC
data_sources:
  telemetry:
    config:
      containers:
        - { name: Links, csv_file: Links.csv, id_field: Id }
`;
const SCHEMA = `vertices:
  - { label: Site, csv_file: Sites.csv, id_column: SiteId, properties: [SiteId, City] }
edges:
  - label: near
    csv_file: Near.csv
    source: { label: Site, property: SiteId, column: From }
    target: { label: Site, property: SiteId, column: To }
`;
const FOLDER: Record<string, string> = {
  'scenario.yaml': MANIFEST,
  'graph_schema.yaml': SCHEMA,
  'data/entities/Sites.csv': '\uFEFFSiteId,"City"\n1,Graz\n',
  'data/entities/Near.csv': 'From,To\r\n1,1\r\n',
  'data/entities/Unused.csv': 'a\n',
  'data/telemetry/Links.csv': 'Id,Value\n',
  'data/knowledge/runbooks/restart.md': '# Restart',
  'data/knowledge/tickets/INC1.txt': 'x',
  'data/prompts/agent.md': 'x',
  'README.md': 'not a runbook',
};

async function tarball(files: Record<string, string>, prefix = ''): Promise<Blob> {
  const packed = Object.entries(files).map(([name, text]) => ({
    name: prefix + name,
    blob: new Blob([text]),
  }));
  const gzip = tarStream(packed).pipeThrough(new CompressionStream('gzip'));
  return new Response(gzip).blob();
}

const graphFiles = (changed: Record<string, string> = {}) => {
  const names = ['scenario.yaml', 'graph_schema.yaml'];
  const tables = ['data/entities/Sites.csv', 'data/entities/Near.csv'];
  const own = Object.fromEntries([...names, ...tables].map((name) => [name, FOLDER[name] ?? '']));
  return { ...own, ...changed };
};

test.each(['', './', 'telco/', './telco/'])('a sound graph below “%s”', async (prefix) => {
  const litter = { '._scenario.yaml': 'x', '.DS_Store': 'x' };
  const peeked = await peek(await tarball({ ...graphFiles(), ...litter }, prefix));
  expect(peeked.manifest?.name).toBe('Telco_NOC');
  expect(judge(peeked, 'graph', 'embedded')).toEqual({ summary: '1 + 1 tables', findings: [] });
});

test.each<[string, Record<string, string>, { file: string; detail: string }]>([
  [
    'an id column that is missing',
    { 'data/entities/Sites.csv': 'Id,City\n' },
    { file: 'data/entities/Sites.csv', detail: JUDGE.idColumn('SiteId') },
  ],
  [
    'an edge’s column that is missing',
    { 'data/entities/Near.csv': 'From,Towards\n' },
    { file: 'data/entities/Near.csv', detail: JUDGE.column('To') },
  ],
  [
    'another delimiter',
    { 'data/entities/Near.csv': 'From;To\n' },
    { file: 'data/entities/Near.csv', detail: JUDGE.delimiter('semicolons') },
  ],
])('%s is said', async (_, changed, expected) => {
  const peeked = await peek(await tarball(graphFiles(changed)));
  expect(judge(peeked, 'graph', 'embedded').findings).toEqual([{ ...expected, line: null }]);
});

test('a table that is missing, and one that differs in case', async () => {
  const { 'data/entities/Near.csv': _, ...files } = graphFiles();
  const missing = judge(await peek(await tarball(files)), 'graph', 'embedded');
  expect(missing.findings.map(({ detail }) => detail)).toEqual([JUDGE.csvMissing]);
  const twin = { ...files, 'data/entities/near.csv': 'From,To\n' };
  const cased = judge(await peek(await tarball(twin)), 'graph', 'embedded');
  expect(cased.findings[0]?.detail).toBe(JUDGE.missingWithTwin('data/entities/near.csv'));
});

test('broken YAML has a line', async () => {
  const broken = graphFiles({ 'graph_schema.yaml': 'vertices:\n  - {a: 1}\nvertices: []\n' });
  const { findings } = judge(await peek(await tarball(broken)), 'graph', 'embedded');
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({ file: 'graph_schema.yaml', line: 3 });
});

test('a graph in the slot of the runbooks', async () => {
  const peeked = await peek(await tarball(graphFiles()));
  const { findings } = judge(peeked, 'runbooks', 'embedded');
  expect(findings.map(({ detail }) => detail)).toEqual([JUDGE.noneInside('.md')]);
});

test('tables alone are enough for Fabric only', async () => {
  const peeked = await peek(await tarball({ 'entities/A.csv': 'a\n', 'entities/B.csv': 'b\n' }));
  expect(judge(peeked, 'graph', 'fabric-gql')).toEqual({ summary: '2 tables', findings: [] });
  expect(judge(peeked, 'graph', 'embedded').findings).toHaveLength(1);
});

test.each([
  ['', PEEK.empty],
  ['PK\u0003\u0004rest', PEEK.notGzip('a ZIP archive')],
  ['just a text', PEEK.notGzip(null)],
])('what is no gzip: %j', async (text, fault) => {
  expect((await peek(new Blob([text]))).fault).toBe(fault);
});

test('gzip without a tar inside, and a tarball cut off', async () => {
  const text = new Blob(['hello '.repeat(500)]).stream();
  const gzipped = await new Response(text.pipeThrough(new CompressionStream('gzip'))).blob();
  expect((await peek(gzipped)).fault).toBe(PEEK.notTar);
  const noise = Array.from({ length: 20_000 }, () => Math.random()).join(',');
  const whole = await tarball({ ...graphFiles(), 'z.txt': noise });
  const peeked = await peek(whole.slice(0, whole.size - 1000));
  expect(peeked).toMatchObject({ fault: null, complete: false });
  expect(judge(peeked, 'telemetry', 'embedded').findings).toEqual([
    { file: '', line: null, detail: PEEK.incomplete },
  ]);
});

test('a folder becomes one tarball a slot, with what the slot needs', async () => {
  const files = Object.entries({ ...FOLDER, '.DS_Store': 'x' }).map(([path, text]) => ({
    path,
    file: new File([text], path.split('/').at(-1) ?? ''),
  }));
  const packed = await packFolder(files);
  const found = await Promise.all(
    packed.map(async (file) => [file.name, (await peek(file)).files] as const),
  );
  expect(Object.fromEntries(found)).toEqual({
    'telco-noc-graph.tar.gz': [
      'data/entities/Near.csv',
      'data/entities/Sites.csv',
      'graph_schema.yaml',
      'scenario.yaml',
    ],
    'telco-noc-telemetry.tar.gz': ['data/telemetry/Links.csv', 'scenario.yaml'],
    'telco-noc-runbooks.tar.gz': ['data/knowledge/runbooks/restart.md', 'scenario.yaml'],
    'telco-noc-tickets.tar.gz': ['data/knowledge/tickets/INC1.txt', 'scenario.yaml'],
    'telco-noc-prompts.tar.gz': ['data/prompts/agent.md', 'scenario.yaml'],
  });
  const graph = await peek(packed[0] ?? new Blob());
  expect(judge(graph, 'graph', 'embedded').findings).toEqual([]);
});

// src/api/{api,query}.gen.ts from the OpenAPI documents beside them; another folder may be given.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const frontend = fileURLToPath(new URL('..', import.meta.url));
const folder = process.argv[2] ?? join(frontend, 'src', 'api');
const generator = join(frontend, 'node_modules', 'openapi-typescript', 'bin', 'cli.js');

for (const service of ['api', 'query']) {
  const from = join(folder, `${service}.openapi.json`);
  const to = join(folder, `${service}.gen.ts`);
  execFileSync(process.execPath, [generator, from, '--output', to], { stdio: 'inherit' });
}

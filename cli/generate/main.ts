import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cliPage } from './cliPage.ts';

/* `make generate`: writes docs/cli.md. */
writeFileSync(fileURLToPath(new URL('../../docs/cli.md', import.meta.url)), cliPage());

/** Writes `docs/safety.md` from the guard's table. */
import { writeFileSync } from 'node:fs';
import { safetyPage } from './safetyPage.ts';

writeFileSync(new URL('../../docs/safety.md', import.meta.url), safetyPage());

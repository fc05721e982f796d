import { writeFileSync } from 'node:fs';
import { ARGUMENT_TYPES, argumentTypes } from './argumentTypes.ts';

/* `make generate`: the types of the Pulumi component's arguments. */
writeFileSync(ARGUMENT_TYPES, await argumentTypes());

import { hold } from '../kept/hold.ts';
import { startStack } from '../stack/startStack.ts';
import { installLaunchers } from './launchers.ts';

/* The background process of a demo: the stack, in a private mount namespace. */
await hold(async (options) => {
  const stack = await startStack({ restart: 'always', ...options });
  return Object.assign(stack, { bin: installLaunchers(stack.cluster) });
});

export { cacheRoot } from './cache.ts';
export { provideDebianPackages } from './debianPackages.ts';

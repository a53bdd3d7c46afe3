import * as os from 'node:os';
import * as path from 'node:path';

/**
 * The folder in which fetched editors stay from run to run, shared by all clones of the project:
 * `BROWSER_USE_TASKS_CACHE`, else the platform's cache folder. It may not exist yet.
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const own = env['BROWSER_USE_TASKS_CACHE'];
  if (own) return path.resolve(own);
  const platform = env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache');
  return path.join(platform, 'browser-use-tasks');
}

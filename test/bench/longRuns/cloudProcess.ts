import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { projectFolder } from '../../launch/packagedExtension';
import type { Counts } from '../../simulator/counts';
import type { TaskScript } from '../../simulator/taskScript';

/** The simulated cloud in a process of its own, so that what it costs burdens nobody's figures. Whoever starts it closes it. */
export interface CloudProcess {
  readonly url: string;
  /** @returns the ID */
  addTask(script: TaskScript): Promise<string>;
  /** Sets its clock forward. @returns what that shows then, in milliseconds since 1970 */
  advance(ms: number): Promise<number>;
  /** What goes over the wire while something is done. */
  trafficOf<T>(action: () => Promise<T>): Promise<Traffic<T>>;
  close(): Promise<void>;
}

interface Traffic<T> {
  readonly result: T;
  readonly requests: number;
  readonly receivedKb: number;
}

export async function startCloudProcess(): Promise<CloudProcess> {
  const program = path.join(projectFolder, 'test', 'simulator', 'main.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, '--port', '0'], {
    cwd: projectFolder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error('The simulator has ended before it was ready.')));
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const [, found] = /at (http:\S+)\n/u.exec(output) ?? [];
      if (found !== undefined) resolve(found);
    });
  });
  const control = async (method: string, route: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${url}/simulator/${route}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  };
  return {
    url,
    async addTask(script) {
      const { id } = (await control('POST', 'tasks', script)) as { id: string };
      return id;
    },
    async advance(ms) {
      const { now } = (await control('POST', 'advance', { ms })) as { now: number };
      return now;
    },
    async trafficOf(action) {
      await control('DELETE', 'counts');
      const result = await action();
      const { total, bytesOut } = (await control('GET', 'counts')) as Counts;
      return { result, requests: total, receivedKb: bytesOut / 1024 };
    },
    async close() {
      child.kill();
      await closed;
    },
  };
}

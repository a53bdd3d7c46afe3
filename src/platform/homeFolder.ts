import { homedir } from 'node:os';

/** The path of the person's own folder, where the system names one. Never throws. */
export function homeFolder(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined;
  }
}

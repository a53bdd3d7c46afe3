import type { Task } from '../../core/cloud/task';
import { fileStemOf } from './exportTask';
import { UserError } from '../userError';
import { notifySaved } from './saveDownload';
import { chooseSaveTarget, writeWhole, type LocalFiles } from './saveTarget';
import { textFormOf, type TextForm, unfenced } from '../../core/text/textForm';

/** Saves a task's output as it came, what stands in a code fence without it, where the person says. */
export async function saveOutput(task: Task, localFiles: LocalFiles): Promise<void> {
  const output = unfenced(task.output ?? '');
  if (output === '') throw new UserError('This task has no output (yet).');
  const name = `${fileStemOf(task)}-output.${endings[textFormOf(output)]}`;
  const target = await chooseSaveTarget({ name, localFiles });
  if (!target) return;
  await writeWhole(target, new TextEncoder().encode(output), localFiles);
  await notifySaved('Saved the output.', target);
}

const endings: Readonly<Record<TextForm, string>> = {
  json: 'json',
  markdown: 'md',
  plaintext: 'txt',
};

import { CloudError } from '../core/cloud/errors';

/** An answer about another task must not be shown as this one's. UUIDs come in several spellings. */
export function checkId(asked: string, answered: string | undefined): void {
  if (answered === undefined || spelling(answered) === spelling(asked)) return;
  throw new CloudError('badAnswer', 'The answer is about another task');
}

function spelling(id: string): string {
  return id.toLowerCase().replaceAll('-', '');
}

import { isCloudError } from '../../core/cloud/errors';
import type { LocalFile, UploadedFiles, UploadOptions } from '../../core/cloud/taskActions';
import type { TaskClient } from '../../core/cloud/taskClient';

/**
 * Uploads the files of one draft to one account. What an earlier try has uploaded is not uploaded again, while the same files
 * come first in the draft: otherwise the task would find a file in its workspace that is not meant for it.
 */
export class DraftUploads {
  #earlier:
    | {
        /** The API version and the session that it was for. */
        readonly place: string;
        readonly fingerprints: readonly string[];
        readonly uploaded: UploadedFiles;
      }
    | undefined;

  /** @throws {CloudError} where an upload fails; an `AbortError` where it is cancelled */
  async upload(
    client: Pick<TaskClient, 'apiVersion' | 'uploadFiles'>,
    files: readonly LocalFile[],
    options: Omit<UploadOptions, 'earlier' | 'onUploaded'>,
  ): Promise<UploadedFiles> {
    const place = `${client.apiVersion}/${options.sessionId ?? ''}`;
    const fingerprints = await Promise.all(files.map(fingerprintOf));
    const isReusable =
      this.#earlier?.place === place &&
      this.#earlier.fingerprints.every((each, index) => each === fingerprints[index]);
    const earlier = isReusable ? this.#earlier?.uploaded : undefined;
    const onUploaded = (uploaded: UploadedFiles): void => {
      const inPlace = fingerprints.slice(0, uploaded.files.length);
      this.#earlier = { place, fingerprints: inPlace, uploaded };
    };
    try {
      return await client.uploadFiles(files, { ...options, earlier, onUploaded });
    } catch (error) {
      // Somebody may have deleted the workspace meanwhile.
      if (isCloudError(error) && error.status === 404) this.forget();
      throw error;
    }
  }

  /** The next upload has a workspace of its own: a task may have the last one, or it may be gone. */
  forget(): void {
    this.#earlier = undefined;
  }
}

async function fingerprintOf({ name, contentType, bytes }: LocalFile): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as BufferSource);
  return JSON.stringify([name, contentType, [...new Uint8Array(digest)]]);
}

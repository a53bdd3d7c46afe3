import assert from 'node:assert/strict';
import { readBaseUrl } from '../../../../src/core/cloud/baseUrl';
import { serverLabels } from '../../../../src/core/labels/serverLabels';

describe('serverLabels', () => {
  it('name the host with its port', () => {
    assert.deepEqual(serverLabels(readBaseUrl('https://cloud.example:8443/prefix')), {
      host: 'cloud.example:8443',
    });
  });

  it('say what is wrong with the base URL, and then name no host', () => {
    assert.deepEqual(serverLabels(readBaseUrl('')), {
      host: 'the server',
      baseUrlProblem: 'The base URL is empty.',
    });
  });
});

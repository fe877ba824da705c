import type { Operation } from '../../_page/api';
import { listOperations, messageOperations } from './mail';
import { patchOperations } from './patches';
import { peopleOperations } from './people';
import { quoteOperations, searchOperations } from './search';
import { topicOperations } from './topics';

/** Everything that `/api/v1/` answers. */
export const OPERATIONS: Operation[] = [
  ...listOperations,
  ...messageOperations,
  ...searchOperations,
  ...patchOperations,
  ...topicOperations,
  ...peopleOperations,
  ...quoteOperations,
];

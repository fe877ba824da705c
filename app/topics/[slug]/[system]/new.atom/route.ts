import { page } from '../../../../_lib/page';
import { topicFeed } from '../../../feed';

/** `/topics/{slug}/{system}/new.atom` */
export const GET = page((context) => topicFeed(context, context.parts[1] ?? '', context.parts[2] ?? ''));

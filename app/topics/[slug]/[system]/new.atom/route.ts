import { page } from '../../../../_page/page';
import { topicFeed } from '../../../feed';

/** `/topics/{slug}/{system}/new.atom` */
export const GET = page((context) => topicFeed(context, context.parts[1] ?? '', context.parts[2] ?? ''));

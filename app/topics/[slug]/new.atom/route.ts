import { page } from '../../../_page/page';
import { topicFeed } from '../../feed';

/** `/topics/{slug}/new.atom` */
export const GET = page((context) => topicFeed(context, context.parts[1] ?? '', null));

import { answerApi, openApi } from '../../../_page/api';
import { OPERATIONS } from '../operations';

const DOCUMENT = openApi(OPERATIONS);

/** `/api/v1/...`: the content of the pages as JSON; `/api/v1/openapi.json` describes it. */
const answer = (request: Request) => answerApi(request, OPERATIONS, DOCUMENT);

export { answer as GET, answer as OPTIONS, answer as POST };

/**
 * A placeholder for the address of an attachment in HTML made by the worker thread, which knows no addresses. No mail can contain it:
 * links in mails are absolute (mail/html.ts), and quotation marks in their text are escaped.
 */
export const attachmentMark = (index: number) => `/attachment/${index}/`;

export const ATTACHMENT_MARK = /(?<=<a href=")\/attachment\/(\d{1,4})\/(?=")/g;

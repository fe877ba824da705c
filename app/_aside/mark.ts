/**
 * Stands for the address of an attachment in HTML that was made aside: that thread knows no addresses. No mail can write it:
 * links of mails are absolute (mail/html.ts), and quotation marks in its words are escaped.
 */
export const attachmentMark = (index: number) => `/attachment/${index}/`;

export const ATTACHMENT_MARK = /(?<=<a href=")\/attachment\/(\d{1,4})\/(?=")/g;

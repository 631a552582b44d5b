/**
 * Names the author of a message that a room delivers, as `<sip:alice@contoso.example>`. From is the room, because a room speaks for nobody
 * else; who believes the room believes this field.
 */
export const authorHeader = 'Entente-Author';

/** The id of a message, the same in each copy that is delivered: one that comes twice is the same message. */
export const messageIdHeader = 'Entente-Message-Id';

export { type ChatBounds, defaultChatBounds } from './bounds.ts';
export { ChatRoomFault, type ChatRoomFaultCode } from './fault.ts';
export { authorHeader, messageIdHeader } from './headers.ts';
export { type ChatRefusalReason, chatRefusalReasons } from './refusals.ts';
export { addressOf } from './room/command.ts';
export type { RoomEntry } from './room/room.ts';
export { type RunningChatRooms, type ServeChatRoomsOptions, serveChatRooms } from './serve-chat-rooms.ts';
